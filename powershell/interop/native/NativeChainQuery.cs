using System;

namespace EopRelay
{
    /// <summary>A chain request as the native library takes it. Its memory lives until it is disposed.</summary>
    internal sealed unsafe class NativeChainQuery : NativeMemory
    {
        private const uint StoresKnown = 1;
        private const uint OnlyGivenRoots = 2;
        private const uint MachineStores = 4;
        private const uint PowerShellNames = 8;
        private const uint ProfileStrict = 1;

        private ChainQuery options;

        /// <param name="cancellation">What ends the call from another thread.</param>
        internal NativeChainQuery(ChainRequest request, ulong cancellation)
        {
            var files = new ChainFile[request.Inputs.Count];
            for (int index = 0; index < files.Length; index++)
            {
                ChainInput input = request.Inputs[index];
                // An empty array has no first byte to point to.
                byte[] bytes = input.Bytes.Length == 0 ? new byte[1] : input.Bytes;
                files[index].Bytes = (byte*)Pin(bytes);
                files[index].Length = (UIntPtr)input.Bytes.Length;
                files[index].Name = Text(input.Name);
                files[index].Role = input.Role;
            }
            options.Flags = PowerShellNames
                | (request.StoresKnown ? StoresKnown : 0)
                | (request.OnlyGivenRoots ? OnlyGivenRoots : 0)
                | (request.UseMachineStores ? MachineStores : 0);
            options.Files = (ChainFile*)Pin(files);
            options.FileCount = (uint)files.Length;
            options.FileStride = (uint)sizeof(ChainFile);
            options.At = Ticks(request.At);
            options.ExpectedName = Text(request.Name);
            options.Profile = request.IsStrict ? ProfileStrict : 0;
            options.Cancellation = cancellation;
        }

        internal string Examine(NativeFunctions native)
        {
            fixed (ChainQuery* pointer = &options)
            {
                return native.ExamineChain(pointer);
            }
        }
    }
}
