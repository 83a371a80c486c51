/** CSV as other programs expect it from a pipe. */
import type { CsvForm } from '../../columnar/write-csv.js';

export const csvForm: CsvForm = { delimiter: ',', nullValue: '', formulaGuard: false };
