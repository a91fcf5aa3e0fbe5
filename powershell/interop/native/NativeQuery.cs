using System;

namespace EopRelay
{
    /// <summary>A query as the native library takes it. Its memory lives until it is disposed.</summary>
    internal sealed unsafe class NativeQuery : NativeMemory
    {
        private const uint InputWildcards = 1;
        private const uint QueryRecurse = 1;
        private const uint QueryFailed = 2;
        private const uint QueryEopOnly = 4;

        private SessionQueryOptions options;

        internal NativeQuery(SessionQuery query, ValueNames names)
        {
            LogInput[] inputs = new LogInput[query.Locations.Count];
            for (int index = 0; index < inputs.Length; index++)
            {
                LogLocation location = query.Locations[index];
                inputs[index].Path = Text(location.Path);
                inputs[index].Server = Text(location.Server);
                inputs[index].Flags = location.Wildcards ? InputWildcards : 0;
            }
            uint[] outcomes = Array.ConvertAll(
                query.Outcomes ?? new string[0], name => names.NumberOf(ValueKind.Outcome, name));
            options.Flags = (query.Recurse ? QueryRecurse : 0)
                | (query.Failed ? QueryFailed : 0)
                | (query.EopOnly ? QueryEopOnly : 0);
            options.Inputs = (LogInput*)Pin(inputs);
            options.InputCount = (uint)inputs.Length;
            options.InputStride = (uint)sizeof(LogInput);
            string thumbprint = SessionQuery.Only(query.Thumbprints);
            options.Connector = Text(SessionQuery.Only(query.Connectors));
            options.RemoteHost = Text(SessionQuery.Only(query.RemoteHosts));
            options.Thumbprint = Text(thumbprint == null || SessionQuery.HasWildcards(thumbprint) ? null : thumbprint);
            options.Start = Ticks(query.Start);
            options.End = Ticks(query.End);
            options.Outcomes = (uint*)Pin(outcomes);
            options.OutcomeCount = (uint)outcomes.Length;
            options.Threads = (uint)query.ThreadCount;
            options.StatePath = Text(query.StatePath);
        }

        internal ulong Open(NativeFunctions native)
        {
            fixed (SessionQueryOptions* pointer = &options)
            {
                return native.OpenReader(pointer);
            }
        }
    }
}
