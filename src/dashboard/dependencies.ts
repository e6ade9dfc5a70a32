import type { App, AppDependencies } from '../http/app-dependencies.ts';
import type { Readings } from './live/readings.ts';

/** What the pages are made from: all that the API has, and what they read together. */
export interface DashboardDependencies extends AppDependencies {
  readonly readings: Readings;
}

/** The app that pages are added to. */
export type DashboardApp = App;
