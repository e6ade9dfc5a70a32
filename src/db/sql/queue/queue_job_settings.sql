-- BEFORE INSERT trigger of one queue's job table: see store_job_settings.sql. Jobs without flags do not call it.
create trigger howdah_job_settings before insert on :"schema"._private_jobs
for each row
when (new.flags is not null)
execute function howdah.store_job_settings();
