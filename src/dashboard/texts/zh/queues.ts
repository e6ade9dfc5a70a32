import type { Texts } from '../en/en.ts';

/** 队列页面的文字。 */
export const queues: Texts['queues'] = {
  title: '队列',
  columns: {
    queue: '队列',
    depth: '各状态任务数',
    running: '执行中',
    oldest: '最长等待',
    rate: '每秒完成',
    workers: '工作进程',
  },
  paused: '已暂停',
  pausedBy: (who) => `由 ${who} 暂停`,
  schema: '其表所在的模式',
  places: '所有工作进程的位置总数',
  fleetLimit: '所有工作进程的同时执行上限',
  reason: '原因',
  pause: '暂停',
  resume: '恢复',
  setLimit: '设置上限',
};
