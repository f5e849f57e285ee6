import { createRoot } from 'react-dom/client';
import { App } from './App';

const start = () => createRoot(document.getElementById('root')!).render(<App />);

// Scripts that the browser has kept may be there before it has read the page to its end.
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
else start();
