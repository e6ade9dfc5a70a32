import type { Texts } from '../en/en.ts';

/** 首页的文字。 */
export const overview: Texts['overview'] = {
  title: '概览',
  healthy: '一切正常。',
  healthyBusy: (running, waiting) => `一切正常:${running} 个任务执行中,${waiting} 个等待。`,
  failing: (task, n) => `队列没有积压,但有任务失败:${task} 最多,最近一小时 ${n} 次。`,
  noWorker: '没有存活的工作进程:什么都不会执行。',
  noQueue: '还没有队列。工作进程启动时会创建它服务的队列。',
  behind: (count) => `${count} 个队列落后`,
  oldest: (queue, span) => `${queue} 中最早的任务已等待 ${span}`,
  lastHour: '最近一小时',
  noChart: '还没有统计:工作进程会在每分钟结束后计数。',
  newestFailures: '最新失败',
  allFailures: (n) => `全部 ${n} 组失败`,
  oldestJob: (id) => `任务 ${id} 等待最久。`,
  because: {
    copy: () => '因为这个数据库是副本,在 npx howdah adopt 之前什么都不会执行',
    paused: (queue) => `因为 ${queue} 已暂停`,
    no_worker: (queue) => `因为没有工作进程服务 ${queue}`,
    no_worker_knows_task: () => '因为没有工作进程认识它的任务类型',
    stalled: () => '因为工作进程无法写入先前执行的结果',
    blocked: (queue) => `因为处理函数阻塞了 ${queue} 的所有工作进程`,
    fleet_full: (queue) => `因为 ${queue} 的执行数已达上限`,
    queue_full: (queue) => `因为 ${queue} 的所有位置都被占用`,
    locked: () => '因为有人持有它的锁',
    queue_name: () => '因为同一队列名的另一个任务正在执行',
    version: () => '因为其他版本的工作进程退回了它',
    sequence: () => '因为它的序列中前面还有任务',
    slow: (queue) => `因为 ${queue} 新增任务的速度超过工作进程的处理速度`,
  },
  figures: { waiting: '等待', running: '执行中', retryable: '待重试', workers: '存活的工作进程' },
};
