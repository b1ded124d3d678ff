-- A batch is refused or sent, never both: what was refused gave its invoices back, and may be in another payment.
create function payments.keep_order() returns trigger language plpgsql as $$
begin
    perform from payments.batch where batch_id = new.batch_id for update;
    if new.step = 'refused' and exists (
        select from payments.step where batch_id = new.batch_id and step = 'sent'
    ) then
        raise exception 'batch % was sent: it cannot be refused', new.batch_id
            using hint = 'Only the bank can stop it.';
    end if;
    if new.step in ('approved', 'made', 'sent') and exists (
        select from payments.step where batch_id = new.batch_id and step = 'refused'
    ) then
        raise exception 'batch % was refused: it cannot be %', new.batch_id, new.step
            using hint = 'If its file is at the bank, ask the bank to stop it.';
    end if;
    return new;
end $$;
create trigger step_in_order before insert on payments.step
for each row when (new.step in ('approved', 'refused', 'made', 'sent')) execute function payments.keep_order();
