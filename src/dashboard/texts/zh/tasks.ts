import type { Texts } from '../en/en.ts';

/** 任务类型页面的文字。 */
export const tasks: Texts['tasks'] = {
  title: '任务类型',
  none: '还没有已知的任务类型。工作进程或生产者启动时会公布其应用的任务类型。',
  itsJobs: '它的任务',
  schema: '载荷的结构',
  enqueue: '手动加入一个任务',
  enqueueIt: '加入队列',
  options: '选项',
  payload: '载荷（JSON）',
  delay: '延迟',
  unique: '键：会替换持有此键的等待中任务',
  noLimit: '不限',
  here: '本系统',
  columns: {
    task: '任务类型',
    application: '应用',
    queue: '队列',
    retries: '重试次数',
    timeout: '时限',
    orderBy: '排序字段',
    goesTo: '去向',
    workers: '工作进程',
  },
};
