using System;
using System.Runtime.InteropServices;

namespace EopRelay
{
    /// <summary>The signatures of the functions.</summary>
    internal sealed unsafe partial class NativeFunctions
    {
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate uint VersionFunction();

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int ValueNameFunction(uint enumeration, uint value, byte** name, Error* error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int OpenFunction(SessionQueryOptions* query, ulong* reader, Error* error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int NextBatchFunction(
            ulong reader, uint maxRecords, ulong budget, Batch* batch, Error* error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int ProgressFunction(ulong reader, Progress* progress, Error* error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int HandleFunction(ulong handle, Error* error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int RequestFunction(char* request, UIntPtr length, ulong* answer, Error* error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int StoresFunction(ulong* report, Error* error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int ExamineChainFunction(ChainQuery* query, ulong* report, Error* error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int PfxFunction(
            byte* content, UIntPtr length, char* password, UIntPtr passwordLength, ulong* answer, Error* error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int ViewFunction(
            char* report, UIntPtr length, uint kind, uint width, ulong* text, Error* error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int OpenEvidenceFunction(EvidenceQuery* query, ulong* reader, Error* error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int NextEvidenceFunction(
            ulong reader, uint maxRecords, ulong budget, ulong* batch, Error* error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int AddFunction(ulong handle, char* text, UIntPtr length, Error* error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int ReadDiagnosisFunction(ulong diagnosis, ulong budget, Progress* progress, Error* error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int AnswerFunction(ulong diagnosis, uint kind, ulong* answer, Error* error);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int GetTextFunction(ulong text, char** units, UIntPtr* length, Error* error);
    }
}
