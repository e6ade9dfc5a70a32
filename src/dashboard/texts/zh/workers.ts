import type { Texts } from '../en/en.ts';

/** 工作进程页面的文字。 */
export const workers: Texts['workers'] = {
  title: '工作进程',
  none: '没有存活的工作进程，所以什么都不会执行。启动一个：npx howdah worker',
  running: '执行中的任务，时间最长的在前',
  idle: '没有正在执行的任务。',
  blockedSince: '处理函数阻塞其事件循环，始于',
  abandoned: '忽略停止信号的处理函数',
  brokerUp: (broker) => `${broker} 正常接收消息`,
  brokerDown: (broker, because) => `${broker} 不接收消息（${because}），始于`,
  waiting: '等待它的任务',
  states: { idle: '空闲', busy: '忙碌', paused: '已暂停', blocked: '阻塞', silent: '无心跳' },
  columns: {
    worker: '主机与进程',
    queue: '队列',
    state: '状态',
    running: '执行中',
    memory: '内存',
    heartbeat: '心跳',
    started: '启动',
    kind: '应用与任务类型',
    job: '任务',
    task: '任务类型',
    age: '已执行',
  },
};
