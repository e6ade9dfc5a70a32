-- The part of howdah.newest_jobs for one queue.
    (select j.id from :"schema"._private_jobs j
     where j.id < coalesce(before_id, 9223372036854775807) and j.id > coalesce(after_id, 0) order by j.id desc limit max_jobs)
