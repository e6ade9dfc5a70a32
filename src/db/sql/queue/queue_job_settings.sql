-- BEFORE INSERT trigger of one queue's job table: see store_job_settings.sql. Jobs without flags do not call it, nor those that are
-- written with their settings (write_job.sql, write_jobs.sql).
create trigger howdah_job_settings before insert on :"schema"._private_jobs
for each row
when (jsonb_typeof(new.flags -> 'howdah') is distinct from 'object' and new.flags is not null)
execute function howdah.store_job_settings();
