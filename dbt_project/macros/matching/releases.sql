{#
    Whether a person's release covers what stands now: facts that are not worse than those it carries
    (exceptions, first paragraphs). `worse` says in which direction a code's figure gets worse: higher, lower, farther
    (from zero), or other: any other text is another fact. A release that carries no figure covers what it names.
#}
{% macro release_covers(actual, released, worse) -%}
    (
        {{ released }} is null
        or ({{ worse }} = 'other' and {{ actual }} = {{ released }})
        or (
            {{ worse }} <> 'other'
            and (
                {{ to_number(released) }} is null
                or ({{ worse }} = 'higher' and {{ to_number(actual) }} <= {{ to_number(released) }})
                or ({{ worse }} = 'lower' and {{ to_number(actual) }} >= {{ to_number(released) }})
                or ({{ worse }} = 'farther' and abs({{ to_number(actual) }}) <= abs({{ to_number(released) }}))
            )
        )
    )
{%- endmacro %}

{#
    Common table expressions that give raised findings what their code says (seeds/hold_codes.csv) and the release that
    covers them, if any: of several the first. `relation` has the columns of match_raised_finding; `root_cause` is the one
    that they have unless a rule finds another; gives `judged`.
#}
{% macro judge_findings(relation, root_cause='code.root_cause') -%}
coded as (
    select
        md5(f.code || '|' || f.subject_id) as hold_id,
        {%- for column in finding_columns() %}
        f.{{ column }},
        {%- endfor %}
        -- where an invoice has no lines, it is itself what a code of lines is raised on; some codes of vendors are
        -- raised on payments as well
        case
            when code.subject_type = 'invoice_line' and f.invoice_line_id is null then 'invoice'
            when f.match_unit_id = {{ payment_unit('f.subject_id') }} then 'payment'
            else code.subject_type
        end as subject_type,
        code.severity,
        code.worse,
        code.owner_role as default_owner_role,
        {{ root_cause }} as default_root_cause,
        coalesce(f.blocks, code.blocks) as blocking
    from {{ relation }} as f
    inner join {{ ref('hold_codes') }} as code on f.code = code.code
),

release as (
    select
        f.hold_id,
        r.released_by,
        r.release_reason,
        r.released_at,
        row_number() over (
            partition by f.hold_id order by r.released_at, {{ by_code_point('r.hold_event_id') }}
        ) as preference
    from coded as f
    inner join {{ ref('int_holds_released') }} as r
        on
            f.invoice_id = r.invoice_id
            and f.code = r.code
            and (r.invoice_line_id is null or f.invoice_line_id = r.invoice_line_id)
            and {{ release_covers('f.actual', 'r.actual', 'f.worse') }}
),

judged as (
    select
        f.*,
        release.hold_id is not null as is_released,
        release.released_by,
        release.release_reason,
        release.released_at
    from coded as f
    left join release on f.hold_id = release.hold_id and release.preference <= 1
)
{%- endmacro %}

{#
    Whether a person released the finding of a code on a row of `line`, which has invoice_id, invoice_line_id and, in
    the column `actual`, what the finding says: for the line or for its whole invoice.
#}
{% macro is_let_back_in(line, code, actual) -%}
    exists (
        select 1
        from {{ ref('int_holds_released') }} as r
        where
            {{ line }}.invoice_id = r.invoice_id
            and r.code = '{{ code }}'
            and coalesce(r.invoice_line_id, {{ line }}.invoice_line_id) = {{ line }}.invoice_line_id
            and {{ release_covers(line ~ '.' ~ actual, 'r.actual', "'other'") }}
    )
{%- endmacro %}
