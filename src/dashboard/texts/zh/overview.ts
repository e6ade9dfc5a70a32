import type { Texts } from '../en/en.ts';

/** 首页的文字。 */
export const overview: Texts['overview'] = {
  title: '概览',
  healthy: '一切正常。',
  healthyBusy: (running, waiting) => `一切正常:${running} 个任务执行中,${waiting} 个等待。`,
  noWorker: '没有存活的工作进程:什么都不会执行。',
  noQueue: '还没有队列。工作进程启动时会创建它服务的队列。',
  behind: (count) => `${count} 个队列落后`,
  oldest: (queue, span) => `${queue} 中最早的任务已等待 ${span}`,
  because: {
    paused: (queue) => `${queue} 已暂停`,
    no_worker: (queue) => `没有工作进程服务 ${queue}`,
    full: (queue) => `${queue} 的所有位置都被占用`,
    blocked: (queue) => `${queue} 的一个工作进程被处理函数阻塞`,
    slow: (queue) => `${queue} 的工作进程有空位却没有取任务`,
  },
  figures: { waiting: '等待', running: '执行中', retryable: '待重试', workers: '存活的工作进程' },
};
