-- What the bank's part of API and workers does with its own tables.
INSERT INTO howdah.application_grants (application, privilege, kind, object)
VALUES ('bank', 'usage', 'schema', 'public');
--> statement-breakpoint
INSERT INTO howdah.application_grants (application, privilege, kind, object)
SELECT 'bank', p, 'table', t.name
FROM (VALUES ('public.users', 'select, insert, update'),
             ('public.verifications', 'select, insert, update, delete'),
             ('public.verification_resends', 'select, insert, update, delete')) t (name, privileges)
CROSS JOIN unnest(string_to_array(t.privileges, ', ')) p;
--> statement-breakpoint
SELECT howdah.grant_roles();
