-- The routing number or BIC that was approved beside the account's number: an account is both. Null for a cheque, and for
-- payments that were frozen before.
alter table payments.payment add column routing_number text;
