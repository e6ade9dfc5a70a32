import type { Texts } from '../en/en.ts';

/** 命令完成后页面显示的内容。 */
export const done: Texts['done'] = {
  retried: (n) => `${n} 个任务将再次执行。`,
  cancelled: (n) => (n === 1 ? '任务已取消，或已收到取消信号。' : `已取消 ${n} 个任务。`),
  discarded: (n) => `已放弃 ${n} 个任务。`,
  run_now: (n) => `${n} 个任务现在可以执行。`,
  rescheduled: () => '任务将按新的时间执行。',
  canary: (n) => `先行重试 ${n} 个任务。`,
  enqueued: (n) => `已加入 ${n} 个任务。`,
  paused: () => '队列已暂停：执行中的任务会完成，不再开始新任务。',
  resumed: () => '队列恢复派发任务。',
  source_paused: () => '在恢复之前，它的消息不会成为任务。',
  source_resumed: () => '它的消息重新成为任务。',
  source_accepted: () => '将按该主题的现状继续读取。',
  queue_removed: () => '队列已移除；其已结束的任务仍会保留。',
  limited: () => '该上限对所有工作进程合计生效。',
};
