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
  lastRuns: '最近执行',
  noRuns: '该任务类型最近的 200 个任务中，没有此计划留下的任务。',
  notTold: '要靠载荷识别此计划的任务，而数据库不向本页面提供载荷。',
  backfilled: '补执行',
  runColumns: { tick: '计划时间', job: '任务', state: '状态', started: '开始', took: '用时' },
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
