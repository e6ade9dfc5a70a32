-- howdah.flag_count(flags, path): a count that Howdah keeps in a job's flags, 0 to 1,000,000; null where there is none. What
-- somebody has given by that name is none: the engine's add_job gives each flag the value true.
create function howdah.flag_count(flags jsonb, path text[]) returns integer
language sql immutable
return case when jsonb_typeof(flags #> path) = 'number'
  then greatest(0, least((flags #>> path)::numeric, 1000000))::integer
end;
