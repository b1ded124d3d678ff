-- Payments that leave through Tieout: proposed, answered, instructed, sent (docs/reference/payments.md, 3 and 4).
-- What was frozen, answered, made and done is insert-only, also for the owner; what follows from it, triggers keep.
create schema payments;

create function payments.refuse() returns trigger language plpgsql as $$
begin
    raise exception 'payments.% is insert-only: % is refused', tg_table_name, lower(tg_op)
        using hint = 'What happened to a batch or payment is a row of payments.step.';
end $$;

-- One row per batch as it was shown to approvers. sha256 is that of its whole content (tieout.payments.content).
-- proposal_id is the proposal's batch; as_of is what was known when it was made; proposed_by is who started the run.
create table payments.batch (
    batch_id text primary key,
    proposal_id text not null,
    entity_id text not null,
    paying_account text not null,
    payment_profile text not null check (payment_profile in ('iso', 'us')),
    currency text not null,
    payment_count integer not null check (payment_count > 0),
    total_amount numeric(20, 4) not null check (total_amount > 0),
    policy_id text not null,
    approvers_needed smallint not null check (approvers_needed in (1, 2)),
    as_of timestamptz not null,
    sha256 text not null,
    proposed_by text not null,
    dag_run_id text not null,
    frozen_at timestamptz not null
);
create index batch_by_run on payments.batch (dag_run_id);

-- One row per payment of a batch. The account is known by token and last four; its number is read when the file is made.
create table payments.payment (
    batch_id text not null references payments.batch (batch_id),
    payment_id text not null,
    vendor_key text not null,
    vendor_source text not null,
    vendor_number text not null,
    vendor_name text not null,
    vendor_account_id text,
    account_token text,
    account_last4 text,
    paying_account text not null,
    currency text not null,
    amount numeric(20, 4) not null check (amount > 0),
    discount_amount numeric(20, 4) not null,
    requested_date date not null,
    method text not null check (method in ('credit_transfer', 'ach', 'cheque')),
    cheque_number bigint,
    remittance text not null,
    invoice_count integer not null check (invoice_count > 0),
    primary key (batch_id, payment_id),
    check ((method = 'cheque') = (cheque_number is not null)),
    check (method = 'cheque' or (vendor_account_id is not null and account_token is not null))
);
create index payment_by_id on payments.payment (payment_id);
create unique index payment_cheque on payments.payment (paying_account, cheque_number);

-- One row per invoice of a batch: it is in one payment of it. Credits have a negative amount.
create table payments.payment_invoice (
    batch_id text not null,
    invoice_id text not null,
    payment_id text not null,
    invoice_number text not null,
    amount numeric(20, 4) not null,
    discount_amount numeric(20, 4) not null,
    due_date date,
    primary key (batch_id, invoice_id),
    foreign key (batch_id, payment_id) references payments.payment (batch_id, payment_id)
);

-- One row per answer: the first and, where two are needed, the second. batch_sha256 is the hash that was shown.
-- approver is empty where nobody answered in time. reason says why, or why an approval does not count.
create table payments.answer (
    batch_id text not null references payments.batch (batch_id),
    round smallint not null check (round in (1, 2)),
    approver text not null,
    chosen text not null check (chosen in ('approve', 'refuse', 'none')),
    decision text not null check (decision in ('approved', 'refused')),
    reason text not null,
    batch_sha256 text not null,
    at timestamptz not null,
    primary key (batch_id, round)
);

-- One row per file: made once. sha256 names its bytes in the archive, where they are before they are sent.
create table payments.file (
    file_name text primary key,
    batch_id text not null references payments.batch (batch_id),
    kind text not null check (kind in ('pain001', 'nacha', 'positive_pay')),
    directory text not null,
    sequence integer not null,
    sha256 text not null,
    size_bytes bigint not null check (size_bytes > 0),
    payment_count integer not null,
    total_amount numeric(20, 4) not null,
    made_at timestamptz not null,
    unique (batch_id, kind)
);

-- One row per payment that was put into a file: a payment's id is instructed once, for ever. end_to_end_id is what the
-- bank gives back; instruction_id is our own id in the file, the trace number of an ACH entry.
create table payments.instruction (
    payment_id text primary key,
    batch_id text not null,
    file_name text not null references payments.file (file_name),
    end_to_end_id text not null unique,
    instruction_id text not null,
    group_ref text,
    pay_date date not null,
    foreign key (batch_id, payment_id) references payments.payment (batch_id, payment_id)
);
create index instruction_by_reference on payments.instruction (instruction_id);

-- One row per thing that happened to a batch, or to one payment of it. Each happens once.
create table payments.step (
    step_id bigint generated always as identity primary key,
    batch_id text not null references payments.batch (batch_id),
    payment_id text,
    step text not null check (
        step in (
            'proposed', 'approved', 'refused', 'made', 'sent',
            'acknowledged', 'rejected', 'settled', 'returned'
        )
    ),
    actor text not null,
    reason text,
    at timestamptz not null,
    unique nulls not distinct (batch_id, payment_id, step),
    foreign key (batch_id, payment_id) references payments.payment (batch_id, payment_id)
);

-- One row per step that was landed as records of source `tieout`.
create table payments.step_landed (
    step_id bigint primary key references payments.step (step_id),
    known_at timestamptz not null
);

-- One row per file that the archive knows as sent and payments.file lacks, because the warehouse was restored from a
-- backup, and that somebody has seen to. Nothing is frozen while there is another one.
create table payments.lost_file (
    file_name text primary key,
    seen_by text not null,
    reason text not null,
    at timestamptz not null
);

-- One row per invoice that is in a live payment: it can be in one. A refused, rejected or returned payment gives its
-- invoices back. Two triggers keep it.
create table payments.claim (
    invoice_id text primary key,
    batch_id text not null,
    payment_id text not null,
    foreign key (batch_id, invoice_id) references payments.payment_invoice (batch_id, invoice_id)
);
create index claim_by_payment on payments.claim (batch_id, payment_id);

create function payments.claim_invoice() returns trigger language plpgsql as $$
begin
    insert into payments.claim (invoice_id, batch_id, payment_id)
    values (new.invoice_id, new.batch_id, new.payment_id);
    return null;
end $$;
create trigger payment_invoice_claims after insert on payments.payment_invoice
for each row execute function payments.claim_invoice();

create function payments.give_back() returns trigger language plpgsql as $$
begin
    delete from payments.claim
    where batch_id = new.batch_id and (new.payment_id is null or payment_id = new.payment_id);
    return null;
end $$;
create trigger step_gives_back after insert on payments.step
for each row when (new.step in ('refused', 'rejected', 'returned')) execute function payments.give_back();

do $$
declare
    name text;
begin
    foreach name in array array[
        'batch', 'payment', 'payment_invoice', 'answer', 'file', 'instruction', 'step', 'step_landed', 'lost_file'
    ] loop
        execute format(
            'create trigger %1$s_insert_only before update or delete or truncate on payments.%1$I'
            ' for each statement execute function payments.refuse()',
            name
        );
    end loop;
end $$;
