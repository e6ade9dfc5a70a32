import type { Texts } from '../en/en.ts';

/** 页面自身拒绝表单或地址的原因。 */
export const mistakes: Texts['mistakes'] = {
  received: (expected, received) => `${expected}，收到的是 ${received}`,
  nothing: '空值',
  value: '需要填写一个值',
  atMost: (count) => `最多 ${count} 个字符`,
  wholeNumber: (least, most) => `需要 ${least} 到 ${most} 之间的整数`,
  limit: '需要一个整数，不填则表示没有上限',
  json: '需要 JSON，收到的不是',
  oneTime: '时间点与时长，需要且只能填写其中一个',
  instant: '需要一个 UTC 时间，例如 2026-11-21T08:00',
  duration: (most) => `需要一个不超过 ${most} 的时长，例如 15m`,
  oneOf: (names) => `需要以下之一：${names}`,
  jobId: '需要任务的编号',
  search: '需要一个搜索条件，不填则表示所有任务',
  queue: (name) => `没有名为 ${name} 的队列`,
  schedule: (name, queue) => `队列 ${queue} 中已没有定时计划 ${name}`,
  form: '需要由这些页面提交的表单',
  nul: '地址中含有 NUL 字符，这里没有任何名称包含它',
};
