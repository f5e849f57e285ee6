import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider } from 'antd';
import en from 'antd/locale/en_US';
import zh from 'antd/locale/zh_CN';
import { useState } from 'react';
import { RouterProvider } from 'react-router';
import { ProblemError } from '../api/problem';
import { LocaleProvider, useLocale } from '../locale/locale';
import { SignInAgain } from '../session/SignInAgain';
import { createRouter } from './routes';
import { theme } from './theme';

/** The console: language, theme, data and pages. */
export function App() {
  return (
    <LocaleProvider>
      <ThemedApp />
    </LocaleProvider>
  );
}

function ThemedApp() {
  const { locale } = useLocale();
  const [queries] = useState(createQueries);
  const [router] = useState(createRouter);
  return (
    <ConfigProvider locale={locale === 'zh-CN' ? zh : en} theme={theme} button={{ autoInsertSpace: false }}>
      <AntApp>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
          <SignInAgain />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}

function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // A refusal is final; a restarting server is back within seconds.
        retry: (count, error) => !(error instanceof ProblemError && error.status < 500) && count < 5,
        retryDelay: (count) => Math.min(1000 * 2 ** count, 5000),
      },
    },
  });
}
