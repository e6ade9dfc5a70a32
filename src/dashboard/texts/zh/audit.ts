import type { Texts } from '../en/en.ts';

/** 审计日志页面的文字。 */
export const audit: Texts['audit'] = {
  title: '审计日志',
  none: '没有符合条件的记录。操作员在此页面、HTTP、终端或 SQL 中的所有操作都会记录。',
  filter: '筛选',
  older: '更早',
  more: (n) => `以及另外 ${n} 个`,
  columns: { when: '时间', who: '操作者', what: '操作', jobs: '任务', details: '详情', from: '来源' },
};
