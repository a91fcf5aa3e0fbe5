using System;
using System.Threading;

namespace EopRelay
{
    /// <summary>
    /// An answer of the library that is worked out on a thread of its own, so that a script that waits for it
    /// in short steps can be stopped. Dispose it: what goes on still is ended, and not waited for.
    /// </summary>
    public sealed class PendingAnswer : IDisposable
    {
        // Never disposed, as the thread sets it in the end.
        private readonly ManualResetEvent done = new ManualResetEvent(false);
        private readonly Action end;

        /// <param name="work">What gives the answer.</param>
        /// <param name="end">Ends the work, and releases what it needs; from another thread.</param>
        internal PendingAnswer(Func<object> work, Action end)
        {
            this.end = end;
            var thread = new Thread(() =>
            {
                Result = Interop.Attempt(work);
                done.Set();
            });
            thread.IsBackground = true;
            thread.Start();
        }

        /// <summary>The answer, or what went wrong; <c>null</c> before <see cref="Wait"/> was <c>true</c>.</summary>
        public object Result { get; private set; }

        /// <summary>Waits for the answer, that many milliseconds at most.</summary>
        /// <returns>Whether it is there.</returns>
        public bool Wait(int milliseconds)
        {
            return done.WaitOne(milliseconds);
        }

        /// <summary>Ends the work.</summary>
        public void Dispose()
        {
            end();
        }
    }
}
