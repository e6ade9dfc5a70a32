-- BEFORE UPDATE trigger of one queue's job table: see change_lock.sql, whose cases it tells apart. Its condition is one comparison,
-- which a fetch by a runner's own session does not meet: Postgres reads each condition from its text and prepares it for each
-- statement, and three of them were more than all else that a fetch of one job has to do with triggers but for the gate.
create trigger howdah_change_lock before update on :"schema"._private_jobs
for each row
when (new.locked_by is distinct from current_setting('howdah.gate', true))
execute function howdah.change_lock();
