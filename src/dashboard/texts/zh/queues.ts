import type { Texts } from '../en/en.ts';

/** 队列页面的文字。 */
export const queues: Texts['queues'] = {
  title: '队列',
  columns: {
    queue: '队列',
    depth: '各状态任务数',
    running: '执行中',
    oldest: '最长等待',
    hour: '最近一小时完成',
    workers: '工作进程',
  },
  lastHour: (ended, failed) => `最近一小时结束 ${ended} 个任务,失败 ${failed} 次`,
  ranges: { hour: '最近一小时', day: '最近一天', month: '最近 30 天' },
  range: '时间',
  servedBy: '工作进程',
  noWorker: '没有工作进程服务该队列。',
  itsJobs: '它的任务',
  tasks: '最近一小时的任务类型',
  noTask: '最近一小时该队列没有任务结束。',
  figures: {
    task: '任务类型',
    completed: '已完成',
    failed: '失败的尝试',
    wait: '等待 p50 / p95',
    run: '执行 p50 / p95',
  },
  behind: '它已落后,',
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
