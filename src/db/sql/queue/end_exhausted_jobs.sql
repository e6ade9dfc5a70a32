-- Ends the failed jobs of one queue that have no attempt left: they stay in the engine's table where no trigger takes
-- them away, and so they did in a schema that was adopted. For a transaction that has just installed the triggers.
delete from :"schema"._private_jobs where locked_at is null and attempts >= max_attempts;
