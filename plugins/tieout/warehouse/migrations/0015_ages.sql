-- Up to when a system's object is known is asked every few minutes, and the record of runs grows for ever.
create index interface_run_by_success on ops.interface_run (source_system, object, interval_end)
where direction = 'extract' and outcome = 'succeeded';
