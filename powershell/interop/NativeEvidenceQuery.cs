using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace EopRelay
{
    /// <summary>An evidence query as the native library takes it. Its memory lives until it is disposed.</summary>
    internal sealed unsafe class NativeEvidenceQuery : IDisposable
    {
        private const uint InputWildcards = 1;
        private const uint QueryRecurse = 1;

        private readonly List<GCHandle> pinned = new List<GCHandle>();
        private EvidenceQuery options;

        internal NativeEvidenceQuery(uint kind, EvidenceSource source)
        {
            LogInput[] inputs = new LogInput[source.Paths.Count];
            for (int index = 0; index < inputs.Length; index++)
            {
                inputs[index].Path = Text(source.Paths[index].Key);
                inputs[index].Flags = source.Paths[index].Value ? InputWildcards : 0;
            }
            options.Kind = kind;
            options.Inputs = (LogInput*)Pin(inputs);
            options.InputCount = (uint)inputs.Length;
            options.InputStride = (uint)sizeof(LogInput);
            options.Text = Text(source.Text);
            options.Thumbprint = Text(source.Thumbprint);
            options.Start = Ticks(source.Start);
            options.End = Ticks(source.End);
            options.Flags = source.Recurse ? QueryRecurse : 0;
        }

        internal ulong Open(NativeFunctions native)
        {
            fixed (EvidenceQuery* pointer = &options)
            {
                return native.OpenEvidence(pointer);
            }
        }

        public void Dispose()
        {
            foreach (GCHandle handle in pinned)
            {
                handle.Free();
            }
            pinned.Clear();
        }

        /// <summary>The text, pinned; absent where it is empty.</summary>
        private Utf16 Text(string text)
        {
            var view = new Utf16();
            if (!string.IsNullOrEmpty(text))
            {
                view.Text = (char*)Pin(text);
                view.Length = (UIntPtr)text.Length;
            }
            return view;
        }

        private IntPtr Pin(object value)
        {
            GCHandle handle = GCHandle.Alloc(value, GCHandleType.Pinned);
            pinned.Add(handle);
            return handle.AddrOfPinnedObject();
        }

        /// <summary>UTC ticks, 0 for none; a time without a zone is local time.</summary>
        private static long Ticks(DateTime? time)
        {
            return time.HasValue ? time.Value.ToUniversalTime().Ticks : 0;
        }
    }
}
