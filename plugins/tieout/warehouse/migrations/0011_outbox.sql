-- Feedback by files: which messages go into one file. docs/reference/feedback.md, Transports.

-- One row per message that was put into a file, written before the file is, so that a repetition makes the same file.
create table feedback.batch_message (
    message_id bigint primary key references feedback.outbox (message_id),
    batch_key text not null
);
create index batch_message_by_batch on feedback.batch_message (batch_key);
