using System;
using System.Threading;

namespace EopRelay
{
    /// <summary>
    /// A handle of the native library. One thread at a time uses it; any thread may dispose it. Dispose it
    /// to release files and memory.
    /// </summary>
    public abstract class NativeHandle : IDisposable
    {
        private readonly object gate = new object();
        private int disposed;

        internal NativeHandle(NativeFunctions native)
        {
            Native = native;
        }

        /// <summary>Gives the handle back if nobody disposed it.</summary>
        ~NativeHandle()
        {
            // 0 if the constructor threw; then there is no handle.
            if (Handle != 0)
            {
                FreeHandle();
            }
        }

        internal NativeFunctions Native { get; private set; }

        /// <summary>The number; set by the constructor of the class.</summary>
        internal ulong Handle { get; set; }

        /// <summary>
        /// May be called twice, and while another thread is inside a call: that one is cancelled first.
        /// </summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) != 0)
            {
                return;
            }
            if (!Monitor.TryEnter(gate))
            {
                CancelHandle();
                Monitor.Enter(gate);
            }
            try
            {
                FreeHandle();
                GC.SuppressFinalize(this);
            }
            finally
            {
                Monitor.Exit(gate);
            }
        }

        /// <summary>Gives the handle back without waiting for a call that another thread is inside.</summary>
        internal void Abandon()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0)
            {
                FreeHandle();
                GC.SuppressFinalize(this);
            }
        }

        /// <summary>Ends the reading, from any thread: it then comes to its end at once.</summary>
        internal void Cancel()
        {
            CancelHandle();
            GC.KeepAlive(this);
        }

        /// <summary>Takes the handle for a call; <see cref="Leave"/> follows in any case.</summary>
        /// <exception cref="ObjectDisposedException">The handle is disposed.</exception>
        /// <exception cref="EopRelayException">Another thread is inside a call (ReaderBusy).</exception>
        internal void Enter()
        {
            if (!Monitor.TryEnter(gate))
            {
                // Disposing holds the gate too.
                RequireOpen();
                throw new EopRelayException(
                    "ReaderBusy", "ResourceBusy", "Another thread reads with this reader. Give each its own.");
            }
            try
            {
                RequireOpen();
            }
            catch (ObjectDisposedException)
            {
                Monitor.Exit(gate);
                throw;
            }
        }

        internal void Leave()
        {
            Monitor.Exit(gate);
            GC.KeepAlive(this);
        }

        /// <summary>Frees the handle; never throws, so that it may stand in a finalizer.</summary>
        internal abstract void FreeHandle();

        internal abstract void CancelHandle();

        private void RequireOpen()
        {
            if (Thread.VolatileRead(ref disposed) != 0)
            {
                throw new ObjectDisposedException(GetType().Name);
            }
        }
    }
}
