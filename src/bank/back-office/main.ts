import { runApp } from '../../index.ts';
import backOffice from './app.ts';

await runApp(process.argv[2] ?? 'worker', backOffice);
