-- A job's payload as the view howdah.jobs shows it: null for whoever may not see payloads, and U+FFFD for what Postgres cannot
-- hold, as in a payload from before that was refused (unstorable_text.sql). Written into each part of the view, with the
-- name of its row: a function that has the same select may have a payload of its own.
case when not has_column_privilege('howdah.job_history'::regclass, 'payload', 'select') then null
            when strpos(:row.payload::text, E'\\u') > 0 and replace(:row.payload::text, E'\\\\', E'\\u005c') ~ :unstorable_pattern
            then regexp_replace(replace(:row.payload::text, E'\\\\', E'\\u005c'), :unstorable_pattern, E'\\ufffd', 'g')::json
            else :row.payload end
