-- Until when a message must be confirmed, by the operation's promise at the time it was made: a promise that is
-- changed later does not change what was due. Null for messages that were made before there was this column.
alter table feedback.outbox add column confirm_by timestamptz;
