namespace EopRelay
{
    /// <summary>An evidence query as the native library takes it. Its memory lives until it is disposed.</summary>
    internal sealed unsafe class NativeEvidenceQuery : NativeMemory
    {
        private const uint InputWildcards = 1;
        private const uint QueryRecurse = 1;
        private const uint TextFollows = 1 << 8;

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
            options.Thumbprint = Text(source.Thumbprint);
            options.Start = Ticks(source.Start);
            options.End = Ticks(source.End);
            options.Flags = (source.Recurse ? QueryRecurse : 0) | (source.TextFollows ? TextFollows : 0);
        }

        internal ulong Open(NativeFunctions native)
        {
            fixed (EvidenceQuery* pointer = &options)
            {
                return native.OpenEvidence(pointer);
            }
        }
    }
}
