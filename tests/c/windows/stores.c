/*
 * The glue over crypt32 on the stores of a machine made for tests: certificates are put into
 * LocalMachine, one with a private key, read back through the library, and taken out again.
 *
 *     stores LEAF.cer INTERMEDIATE.cer [keep]
 *
 * Prints two lines of JSON: of eop_store_certificates, and of eop_chain_examine for the leaf with
 * the stores of the machine.
 */
#include "check.h"

static const wchar_t container[] = L"EopRelay test";
static const wchar_t provider[] = L"Microsoft Enhanced RSA and AES Cryptographic Provider";

static DWORD read_file(const char *path, BYTE *buffer, DWORD room)
{
    FILE *file = fopen(path, "rb");
    size_t length;
    CHECK(file != NULL);
    length = fread(buffer, 1, room, file);
    CHECK(length > 0 && length < room);
    fclose(file);
    return (DWORD)length;
}

static HCERTSTORE open_store(const wchar_t *name)
{
    HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, CERT_SYSTEM_STORE_LOCAL_MACHINE, name);
    CHECK(store != NULL);
    return store;
}

static PCCERT_CONTEXT put(HCERTSTORE store, const BYTE *der, DWORD length)
{
    PCCERT_CONTEXT context = NULL;
    CHECK(CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, der, length, CERT_STORE_ADD_REPLACE_EXISTING, &context));
    return context;
}

static void give_key(PCCERT_CONTEXT certificate)
{
    CRYPT_KEY_PROV_INFO place;
    CRYPT_DATA_BLOB name;
    HCRYPTPROV keys = 0;
    HCRYPTKEY key = 0;
    CryptAcquireContextW(&keys, container, provider, PROV_RSA_AES, CRYPT_DELETEKEYSET | CRYPT_MACHINE_KEYSET);
    CHECK(CryptAcquireContextW(&keys, container, provider, PROV_RSA_AES, CRYPT_NEWKEYSET | CRYPT_MACHINE_KEYSET));
    CHECK(CryptGenKey(keys, AT_KEYEXCHANGE, 1024 << 16, &key));
    CHECK(CryptDestroyKey(key));
    CHECK(CryptReleaseContext(keys, 0));
    memset(&place, 0, sizeof(place));
    place.pwszContainerName = (wchar_t *)container;
    place.pwszProvName = (wchar_t *)provider;
    place.dwProvType = PROV_RSA_AES;
    place.dwFlags = CRYPT_MACHINE_KEYSET;
    place.dwKeySpec = AT_KEYEXCHANGE;
    CHECK(CertSetCertificateContextProperty(certificate, CERT_KEY_PROV_INFO_PROP_ID, 0, &place));
    name.pbData = (BYTE *)L"Renewed 2026 \x4e2d";
    name.cbData = sizeof(L"Renewed 2026 \x4e2d");
    CHECK(CertSetCertificateContextProperty(certificate, CERT_FRIENDLY_NAME_PROP_ID, 0, &name));
}

int main(int argc, char **argv)
{
    static BYTE leaf[16384], intermediate[16384];
    DWORD leaf_length, intermediate_length;
    HCERTSTORE my = open_store(L"My"), authorities = open_store(L"CA");
    PCCERT_CONTEXT leaf_context, intermediate_context;
    HCRYPTPROV keys = 0;
    eop_chain_query query;
    eop_chain_file file;
    eop_error error;
    uint64_t report;
    CHECK(argc == 3 || argc == 4);
    leaf_length = read_file(argv[1], leaf, sizeof(leaf));
    intermediate_length = read_file(argv[2], intermediate, sizeof(intermediate));
    leaf_context = put(my, leaf, leaf_length);
    give_key(leaf_context);
    intermediate_context = put(authorities, intermediate, intermediate_length);
    /* Wine writes a store when it is asked to, or when it is closed. */
    CHECK(CertControlStore(my, 0, CERT_STORE_CTRL_COMMIT, NULL));
    CHECK(CertControlStore(authorities, 0, CERT_STORE_CTRL_COMMIT, NULL));
    error.struct_size = sizeof(error);

    check_ok(eop_store_certificates(&report, &error), &error, "eop_store_certificates");
    print_text(report);

    memset(&query, 0, sizeof(query));
    memset(&file, 0, sizeof(file));
    file.bytes = leaf;
    file.length = leaf_length;
    file.role = EOP_CHAIN_ROLE_CERTIFICATE;
    query.struct_size = sizeof(query);
    query.flags = EOP_CHAIN_MACHINE_STORES;
    query.files = &file;
    query.file_count = 1;
    query.file_stride = sizeof(file);
    check_ok(eop_chain_examine(&query, &report, &error), &error, "eop_chain_examine");
    print_text(report);

    if (argc == 4) {
        return 0;
    }
    CHECK(CertDeleteCertificateFromStore(leaf_context));
    CHECK(CertDeleteCertificateFromStore(intermediate_context));
    CHECK(CertCloseStore(my, 0));
    CHECK(CertCloseStore(authorities, 0));
    CHECK(CryptAcquireContextW(&keys, container, provider, PROV_RSA_AES, CRYPT_DELETEKEYSET | CRYPT_MACHINE_KEYSET));
    return 0;
}
