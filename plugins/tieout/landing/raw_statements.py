"""The statements that move lines into ``raw.<object>``, and that add tombstones of what went.

Parameters: ``system``, ``batch``, ``version``, ``now``, ``trace`` of the batch; of an insertion ``shas`` and ``times``
of the payloads from the number ``first`` on; of a sweep ``from``, ``sha``, ``at``, ``spared``.
"""

from psycopg import sql

from tieout.landing.mapping import copy_columns
from tieout.warehouse.contracts import Contract


def insert(contract: Contract, incoming: sql.Identifier, besides: sql.Composable, on_conflict: sql.SQL) -> sql.Composed:
    """Return the statement that moves incoming lines that are not in raw yet.

    Args:
        contract: of the object.
        incoming: the temporary table.
        besides: what else an incoming row must fulfil (``unchanged``), or nothing.
        on_conflict: what to do with a row that is there, or nothing.
    """
    columns = sql.SQL(", ").join(map(sql.Identifier, copy_columns(contract)))
    from_incoming = sql.SQL(", ").join(sql.Identifier("i", column) for column in copy_columns(contract))
    raw = sql.Identifier("raw", contract.name)
    return sql.SQL(
        """
        insert into {raw} (
            _source_system, _record_key, _batch_id, _payload_sha256, _row_number, _row_sha256, _profile_version,
            _source_updated_at, _ingested_at, _trace_id, _deleted, _extra, {columns}
        )
        select
            %(system)s, coalesce(i._record_key, ''), %(batch)s, (%(shas)s::text[])[i._payload - %(first)s],
            i._row_number, i._row_sha256, %(version)s,
            coalesce(i._source_updated_at, (%(times)s::timestamptz[])[i._payload - %(first)s]),
            %(now)s, %(trace)s, i._deleted, i._extra, {from_incoming}
        from {incoming} as i
        where not exists (
            select 1
            from {raw} as known
            where known._source_system = %(system)s
                and known._record_key = coalesce(i._record_key, '')
                and known._row_sha256 = i._row_sha256
                and known._source_updated_at
                    = coalesce(i._source_updated_at, (%(times)s::timestamptz[])[i._payload - %(first)s])
        )
        {besides}
        {on_conflict}
        """
    ).format(
        raw=raw,
        columns=columns,
        from_incoming=from_incoming,
        incoming=incoming,
        besides=besides,
        on_conflict=on_conflict,
    )


def _is_promoted(version: str, promoted_only: bool) -> sql.Composable:
    """A condition: the version counts as landed."""
    if not promoted_only:
        return sql.SQL("true")
    return sql.SQL("exists (select 1 from quality.promotion as passed where passed.batch_id = {}._batch_id)").format(
        sql.Identifier(version)
    )


def unchanged(contract: Contract, promoted_only: bool) -> sql.Composed:
    """Return a condition that leaves out rows that equal their record's latest version at the time they are from."""
    return sql.SQL(
        """
        and not exists (
            select 1
            from {raw} as same
            where same._source_system = %(system)s
                and same._record_key = coalesce(i._record_key, '')
                and same._row_sha256 = i._row_sha256
                and {promoted}
                and same._source_updated_at = (
                    select max(earlier._source_updated_at)
                    from {raw} as earlier
                    where earlier._source_system = %(system)s
                        and earlier._record_key = coalesce(i._record_key, '')
                        and earlier._source_updated_at
                            <= coalesce(i._source_updated_at, (%(times)s::timestamptz[])[i._payload - %(first)s])
                )
        )
        """
    ).format(raw=sql.Identifier("raw", contract.name), promoted=_is_promoted("same", promoted_only))


def sweep(contract: Contract, keys: sql.Identifier, promoted_only: bool) -> sql.Composed:
    """Return the statement that adds tombstones with the values of the latest versions.

    A tombstone's hash is the flag's and the key's.

    Args:
        contract: of the object.
        keys: temporary table of the keys that were there.
        promoted_only: whether only what the gate let through counts as landed.
    """
    columns = sql.SQL(", ").join(map(sql.Identifier, contract.raw_columns))
    return sql.SQL(
        """
        with latest as (
            select distinct on (_record_key) _record_key, _deleted and {promoted} as _is_gone, {columns}
            from {raw} as version
            where _source_system = %(system)s
                and _source_updated_at <= %(at)s
                and not exists (
                    select 1
                    from ops.batch as other
                    where other.batch_id = version._batch_id and other.feed = any(%(spared)s)
                )
            order by _record_key, _source_updated_at desc, _profile_version desc, _ingested_at desc, _row_number desc
        )
        insert into {raw} (
            _source_system, _record_key, _batch_id, _payload_sha256, _row_number, _row_sha256, _profile_version,
            _source_updated_at, _ingested_at, _trace_id, _deleted, {columns}
        )
        select
            %(system)s, _record_key, %(batch)s, %(sha)s,
            %(from)s + row_number() over (order by _record_key),
            encode(sha256(convert_to('t' || chr(9) || _record_key, 'UTF8')), 'hex'), %(version)s,
            %(at)s, %(now)s, %(trace)s, true, {columns}
        from latest
        where not _is_gone and not exists (select 1 from {keys} as seen where seen.key = latest._record_key)
        on conflict do nothing
        """
    ).format(
        raw=sql.Identifier("raw", contract.name),
        columns=columns,
        keys=keys,
        promoted=_is_promoted("version", promoted_only),
    )
