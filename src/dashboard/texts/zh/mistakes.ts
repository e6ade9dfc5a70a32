import type { Texts } from '../en/en.ts';

/** 页面自身拒绝表单或地址的原因。 */
export const mistakes: Texts['mistakes'] = {
  received: (expected, received) => `${expected}，收到的是 ${received}`,
  nothing: '空值',
  value: '需要填写一个值',
  atMost: (count) => `最多 ${count} 个字符`,
  wholeNumber: (least, most) => `需要 ${least} 到 ${most} 之间的整数`,
  limit: '需要一个整数，不填则表示没有上限；至少为 1，要停下请用“暂停”',
  json: '需要 JSON，收到的不是',
  oneTime: '时间点与时长，需要且只能填写其中一个',
  instant: '需要一个 UTC 时间，例如 2026-11-21T08:00',
  duration: (most) => `需要一个不超过 ${most} 的时长，例如 15m`,
  oneOf: (names) => `需要以下之一：${names}`,
  characters: (most) => `需要 1 到 ${most} 个字符，均有效且不含 NUL`,
  jobId: '需要任务的编号',
  search: '需要一个搜索条件，不填则表示所有任务',
  queue: (name) => `没有名为 ${name} 的队列`,
  schedule: (name, queue) => `队列 ${queue} 中已没有定时计划 ${name}`,
  noneToRetry: '这一组中已没有已放弃的任务。没有任何改动。',
  unknownQueue: (name) => `没有名为 ${name} 的队列`,
  unknownTask: (name) => `没有名为 ${name} 的任务类型`,
  tooSlow: (seconds) => `搜索超过了 ${seconds} 秒。请再指定队列、状态、任务类型或时间。`,
  inUse: {
    kept: '队列没有移除，也没有任何改动。',
    waiting: (count) => `其中有等待中的任务：${count} 个。请等它们结束，或勾选“先取消其中等待的任务”。`,
    tooMany: (most) => `其中等待中的任务超过 ${most} 个：请先在任务页面取消它们。`,
    running: (count) => `工作进程持有其中的任务：${count} 个。需要等它们结束。`,
    workers: (names) => `正在服务它的工作进程：${names}。请停止它们，或在启动时不再指定该队列。`,
    tasks: (names) =>
      `以它为默认队列的任务类型：${names}。带有它们的进程启动时会重新创建该队列；请为它们指定其他队列。`,
    schedules: (names) => `向它加入任务的定时计划：${names}。请从 crontab 中移除，或指定其他队列。`,
    isDefault: '未指定队列的任务类型使用它，每次启动都会创建它。“暂停”可以停用它。',
    busy: '其他会话正在使用它，尚未提交。没有任何改动；请稍后重试。',
  },
  form: '需要由这些页面提交的表单',
  nul: '地址中含有 NUL 字符，这里没有任何名称包含它',
};
