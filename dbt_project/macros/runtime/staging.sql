{#
    The newest version of each record known at as-of, with tombstones left out: versions rank by source time (none is
    oldest), profile version, knowledge time and row number.

    An object that a what-if was given is read from the what-if's own schema instead: its rows are what is asked.
#}
{% macro newest_versions(object) -%}
    {%- set touched = ref('stg_touched_records') -%}
    {%- if object in var('given', []) -%}
    select
        *,
        {{ as_of() }} as _known_at,
        {{ as_of() }} as _first_known_at
    from {{ var('schema_prefix') }}raw.{{ object }}
    {%- else -%}
    select *
    from (
        select
            version.*,
            {{ known_at() }} as _known_at,
            min({{ known_at() }}) over (
                partition by version._source_system, version._record_key
            ) as _first_known_at,
            row_number() over (
                partition by version._source_system, version._record_key
                order by
                    version._source_updated_at desc nulls last,
                    version._profile_version desc,
                    {{ known_at() }} desc,
                    version._row_number desc,
                    version._row_sha256 desc
            ) as _rank
        {{ known_rows(object, touched) | indent(8) }}
    ) as ranked
    where _rank = 1 and not _deleted
    {%- endif %}
{%- endmacro %}

{#
    Since when a row is known: from its batch's promotion on; one that was held back, from its release on; one that waits
    or was rejected, never.
#}
{% macro known_at() -%}
    case when held.quarantine_id is null then promotion.known_at else held.decided_known_at end
{%- endmacro %}

{# From and where of the versions known at as-of, of what is touched where a build continues another. #}
{% macro known_rows(object, touched) -%}
from {{ source('raw', object) }} as version
{%- if continues() %}
inner join {{ touched }} as touched
    on
        touched.kind = '{{ object }}'
        and version._source_system = touched._source_system
        and version._record_key = touched._record_key
{%- endif %}
inner join {{ source('gate', 'promotion') }} as promotion on version._batch_id = promotion.batch_id
left join {{ source('gate', 'quarantine') }} as held
    on
        held.object = '{{ object }}'
        and version._batch_id = held.batch_id
        and version._row_number = held.row_number
where
    (
        held.quarantine_id is null and promotion.known_at <= {{ as_of() }}
        or held.state = 'released' and held.decided_known_at <= {{ as_of() }}
    )
{%- endmacro %}

{#
    Every version of each record known at as-of, tombstones left out, with its place among them: 1 is the oldest. For what
    must tell a change from a first registration; everything else reads the newest version.
#}
{% macro known_versions(object) -%}
    {%- set touched = ref('stg_touched_records') -%}
    select
        version.*,
        {{ known_at() }} as _known_at,
        row_number() over (
            partition by version._source_system, version._record_key
            order by
                version._source_updated_at nulls first,
                version._profile_version,
                {{ known_at() }},
                version._row_number,
                version._row_sha256
        ) as _place
    {{ known_rows(object, touched) | indent(4) }}
        and not version._deleted
{%- endmacro %}

{# Where a staged row comes from and since when it is known. #}
{% macro lineage() -%}
    _source_system,
    _record_key,
    _batch_id,
    _trace_id,
    _source_updated_at,
    _known_at,
    _first_known_at
{%- endmacro %}

{# What a bank says of an entry, in a statement or in a notification. #}
{% macro bank_entry_columns() -%}
    currency,
    end_to_end_id,
    bank_ref,
    bank_code,
    counterparty,
    remittance,
    instruction_id,
    payment_group_ref,
    cheque_number,
    structured_ref,
    return_reason,
    original_currency,

    {{ to_integer('entry_number') }} as entry_number,
    {{ to_integer('detail_number') }} as detail_number,
    {{ to_money('amount') }} as amount,
    {{ to_integer('batch_count') }} as batch_count,
    {{ to_money('charges_amount') }} as charges_amount,
    {{ to_money('original_amount') }} as original_amount,
    {{ to_number('exchange_rate') }} as exchange_rate,

    {{ to_boolean('reversal') }} as reversal,

    {{ to_date('booking_date') }} as booking_date,
    {{ to_date('value_date') }} as value_date
{%- endmacro %}
