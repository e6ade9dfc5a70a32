import type { Place } from './place.ts';
import type { Servers } from './servers.ts';

/** Rows at a time. */
const STEP = 200_000;

/**
 * Makes so many finished jobs of those that there are, alike but for their ids and for when they ended, which is spread over this
 * day; whatever columns the table has.
 */
export async function multiplyHistory(servers: Servers, { url }: Place, count: number): Promise<void> {
  const columns = await servers.query<{ name: string; value: string }>(
    url,
    `select quote_ident(attname) as name,
            case attname when 'id' then 'nextval(''howdah.job_id_seq'')'
                         when 'finished_at' then 'greatest(date_trunc(''day'', now()), now() - random() * interval ''23 hours'')'
                         else 'h.' || quote_ident(attname) end as value
     from pg_attribute
     where attrelid = 'howdah.job_history'::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
  );
  const names = columns.map(({ name }) => name).join(', ');
  const values = columns.map(({ value }) => value).join(', ');
  for (let left = count; left > 0; left -= STEP) {
    await servers.query(
      url,
      `insert into howdah.job_history (${names})
       select ${values} from (select * from howdah.job_history order by id limit 1000) h
       cross join generate_series(1, ${Math.ceil(Math.min(left, STEP) / 1_000)})`,
    );
  }
}
