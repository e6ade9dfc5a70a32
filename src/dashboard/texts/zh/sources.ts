import type { Texts } from '../en/en.ts';

/** 消息来源页面的文字。 */
export const sources: Texts['sources'] = {
  title: '消息来源',
  none: '没有消息会成为任务。配置决定读取消息代理的哪些主题和队列。',
  states: {
    reading: '读取中',
    idle: '无人读取',
    troubled: '出错',
    paused: '已暂停',
    refused: '已拒绝',
  },
  pausedBy: (name) => `由 ${name} 暂停`,
  idle: '没有工作进程读取它：请启动一个配置了它的工作进程。',
  trouble: (why) => `有工作进程无法读取它，正在重试：${why}`,
  refused: (why) => `不再接收消息：${why}。`,
  unread: (partitions) => `${partitions} 个分区目前没有工作进程。`,
  reason: '原因',
  pause: '暂停',
  resume: '恢复',
  accept: '按现状继续读取该主题',
  columns: {
    name: '来源',
    state: '状态',
    readers: '读取进程',
    lag: '等待中',
    taken: '已成为任务',
    again: '重复到达',
    discarded: '无法成为任务',
    withoutId: '无标识',
    lost: '已丢失',
    last: '最近一次',
    act: '操作',
  },
};
