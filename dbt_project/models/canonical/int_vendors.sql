with vendor as (
    select
        c.vendor_key,
        c.vendor_id,
        c.source_system,
        c.is_record,
        c.is_known,
        c.status,
        c.inactive_since,
        v.currency,
        v.default_account_code,
        v.default_cost_center_code,
        count(*) over (partition by c.vendor_key) as cluster_size,
        -- of its numbers in systems of record one that is active stands for it, then the first
        row_number() over (
            partition by c.vendor_key
            order by c.is_record desc, c.inactive_since is null desc, {{ by_code_point('c.vendor_id') }}
        ) as preference
    from {{ ref('int_vendor_crosswalk') }} as c
    inner join {{ ref('stg_vendors') }} as v
        on c.source_system = v._source_system and c.vendor_number = v.vendor_number
)

select
    v.vendor_key,
    v.status,
    v.inactive_since,
    v.currency,
    v.default_account_code,
    v.default_cost_center_code,
    v.is_known,
    v.cluster_size,
    v.source_system,
    g.name,
    g.name_from,
    g.tax_id_last4,
    g.tax_id_from,
    g.bank_account_token,
    g.bank_account_last4,
    g.account_from,
    g.address,
    g.city,
    g.postal_code,
    g.country,
    g.address_from,
    g.phone,
    g.phone_from,
    g.email,
    g.email_from,
    g.payment_term_code,
    g.payment_term_from,
    g.gln,
    g.gln_from,
    g.duns,
    g.duns_from
from vendor as v
inner join {{ ref('int_vendor_golden') }} as g on v.vendor_key = g.vendor_key
where v.preference <= 1
