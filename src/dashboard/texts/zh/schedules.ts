import type { Texts } from '../en/en.ts';
import { cronInChinese } from './cron.ts';

/** 定时计划页面的文字。 */
export const schedules: Texts['schedules'] = {
  title: '定时计划',
  none: '没有定时执行的任务。应用的 crontab 文件决定哪些任务定时执行。',
  words: cronInChinese,
  afterwards: '然后',
  runNow: '立即执行',
  orphaned: '无主',
  orphanedHint: (application) =>
    `已有一小时没有 ${application} 的进程消息。npx howdah apps forget 可清除其遗留内容。`,
  columns: {
    name: '计划',
    task: '任务类型',
    queue: '队列',
    when: '时间（UTC）',
    last: '上次执行',
    next: '下次执行',
    act: '操作',
  },
};
