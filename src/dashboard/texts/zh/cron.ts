import { type CronPart, cronParts } from '../../../look/cron-parts.ts';

const WEEKDAYS = ['周日', '周一', '周二', '周三', '周四', '周五', '周六'];

/** 用中文说明 cron 表达式;不是五个字段的表达式时原样返回。中文先说月份和日期,再说时间。 */
export function cronInChinese(cron: string): string {
  const parts = cronParts(cron);
  if (!parts) return cron;
  const [time, ...days] = parts.map(partInChinese);
  const when = days.length === 0 ? '每天' : days.reverse().join('');
  const isAllDay = parts[0]?.says === 'every_minute' || parts[0]?.says === 'every_minutes';
  return days.length === 0 && isAllDay ? `${time}` : `${when} ${time}`;
}

function partInChinese(part: CronPart): string {
  switch (part.says) {
    case 'every_minute':
      return '每分钟';
    case 'every_minutes':
      return `每 ${part.step} 分钟`;
    case 'minutes':
      return `每小时的第 ${list(part.minutes)} 分`;
    case 'times':
      return list(part.times);
    case 'minutes_of_hours':
      return `${list(part.hours)} 时的第 ${list(part.minutes)} 分`;
    case 'every_minutes_of_hours':
      return `${list(part.hours)} 时内每 ${part.step} 分钟`;
    case 'weekdays':
      return `每${list(part.weekdays.map((day) => WEEKDAYS[day] ?? ''))}`;
    case 'dates':
      return `每月 ${list(part.dates)} 日`;
    case 'dates_or_weekdays':
      return `每月 ${list(part.dates)} 日或${list(part.weekdays.map((day) => WEEKDAYS[day] ?? ''))}`;
    case 'months':
      return `${list(part.months)} 月`;
  }
}

function list(values: readonly (string | number)[]): string {
  return values.join('、');
}
