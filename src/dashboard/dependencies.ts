import type { App, AppDependencies } from '../http/app-dependencies.ts';

/** What the pages are made from: all that the API has. */
export type DashboardDependencies = AppDependencies;

/** The app that pages are added to. */
export type DashboardApp = App;
