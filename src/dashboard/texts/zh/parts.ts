import type { Texts } from '../en/en.ts';

/** 多个页面共用的词语。 */
export const parts: Texts['parts'] = {
  states: {
    scheduled: '已排期',
    available: '待执行',
    running: '执行中',
    retryable: '待重试',
    completed: '已完成',
    discarded: '已放弃',
    cancelled: '已取消',
  },
  ago: (span) => `${span}前`,
  inFuture: (span) => `${span}后`,
  now: '现在',
  never: '从未',
  none: '无',
  noLimit: '不限',
  when: '时间',
  charts: {
    rate: '每秒结束的任务数',
    completed: '已完成',
    failed: '失败的尝试',
    discarded: '已放弃',
    wait: '从到期到开始的秒数',
    depth: '各状态任务数',
  },
  seconds: (n) => `${n} 秒`,
  minutes: (n) => `${n} 分钟`,
  hours: (n) => `${n} 小时`,
  days: (n) => `${n} 天`,
  years: (n) => `${n} 年`,
  milliseconds: (n) => `${n} 毫秒`,
  about: (n) => `约 ${n}`,
  atLeast: (n) => `${n} 以上`,
};
