using System;
using System.Runtime.InteropServices;

namespace EopRelay
{
    /// <summary>What a probe says next: the bytes to send, and until when to wait.</summary>
    internal struct ProbeOutput
    {
        /// <summary>The bytes to send now.</summary>
        internal byte[] Bytes;

        /// <summary>The end of the wait in ticks since the probe was opened; -1: it is over.</summary>
        internal long Deadline;
    }

    /// <summary>The functions of probes.</summary>
    internal sealed unsafe partial class NativeFunctions
    {
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int OpenProbeFunction(char* request, UIntPtr length, ulong* probe, ulong* plan, Error* error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int ProbeEventFunction(
            ulong probe,
            uint kind,
            long elapsed,
            char* text,
            UIntPtr textLength,
            byte* bytes,
            UIntPtr length,
            byte** output,
            UIntPtr* outputLength,
            long* deadline,
            Error* error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int ProbeOutcomeFunction(ulong probe, long elapsed, ulong* outcome, Error* error);

        /// <summary>Opens a probe; <paramref name="plan"/> gets the plan in JSON.</summary>
        internal ulong OpenProbe(string request, out string plan)
        {
            ulong probe;
            ulong text;
            Error error = NewError();
            fixed (char* units = request)
            {
                Check(openProbe(units, (UIntPtr)request.Length, &probe, &text, &error), &error);
            }
            plan = TakeText(text);
            return probe;
        }

        /// <summary>Says what happened to the connection of a probe.</summary>
        internal ProbeOutput ProbeEvent(ulong probe, uint kind, long elapsed, string text, byte[] bytes, int count)
        {
            byte* output;
            UIntPtr length;
            long deadline;
            Error error = NewError();
            fixed (char* units = text)
            fixed (byte* first = bytes)
            {
                Check(
                    probeEvent(
                        probe,
                        kind,
                        elapsed,
                        units,
                        (UIntPtr)(text == null ? 0 : text.Length),
                        first,
                        (UIntPtr)count,
                        &output,
                        &length,
                        &deadline,
                        &error),
                    &error);
            }
            var sent = new byte[checked((int)length)];
            if (sent.Length > 0)
            {
                Marshal.Copy((IntPtr)output, sent, 0, sent.Length);
            }
            return new ProbeOutput { Bytes = sent, Deadline = deadline };
        }

        /// <summary>What a probe came to, in JSON; once.</summary>
        internal string ProbeOutcome(ulong probe, long elapsed)
        {
            ulong outcome;
            Error error = NewError();
            Check(probeOutcome(probe, elapsed, &outcome, &error), &error);
            return TakeText(outcome);
        }

        /// <summary>Whether to probe again; request and answer in JSON.</summary>
        internal string ProbeStanding(string request)
        {
            return Answer(probeStanding, request);
        }

        /// <summary>Frees a probe; never throws, so that it may stand in a finalizer.</summary>
        internal void FreeProbe(ulong probe)
        {
            freeProbe(probe, null);
        }
    }
}
