using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace EopRelay
{
    /// <summary>Objects that the native library looks at: they stay where they are until this is disposed.</summary>
    internal abstract unsafe class NativeMemory : IDisposable
    {
        private readonly List<GCHandle> pinned = new List<GCHandle>();

        public void Dispose()
        {
            foreach (GCHandle handle in pinned)
            {
                handle.Free();
            }
            pinned.Clear();
        }

        /// <summary>The text, pinned; absent where it is empty.</summary>
        protected Utf16 Text(string text)
        {
            var view = new Utf16();
            if (!string.IsNullOrEmpty(text))
            {
                view.Text = (char*)Pin(text);
                view.Length = (UIntPtr)text.Length;
            }
            return view;
        }

        protected IntPtr Pin(object value)
        {
            GCHandle handle = GCHandle.Alloc(value, GCHandleType.Pinned);
            pinned.Add(handle);
            return handle.AddrOfPinnedObject();
        }

        /// <summary>UTC ticks, 0 for none; a time without a zone is local time.</summary>
        protected static long Ticks(DateTime? time)
        {
            return time.HasValue ? time.Value.ToUniversalTime().Ticks : 0;
        }
    }
}
