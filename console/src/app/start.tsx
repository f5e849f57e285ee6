import { createRoot } from 'react-dom/client';
import { App } from './App';

const start = () => createRoot(document.getElementById('root')!).render(<App />);

// Cached scripts may run before the browser has parsed the page.
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
else start();
