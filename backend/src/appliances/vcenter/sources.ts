/** Public pages that rules and caveats of this driver rest on. */
export const SOURCES = {
  product: 'https://developer.broadcom.com/xapis/vsphere-automation-api/latest',
  tls: 'https://developer.broadcom.com/xapis/vsphere-automation-api/latest/vcenter/certificate_management-vcenter/tls',
  calls: 'https://developer.broadcom.com/xapis/vsphere-automation-api/latest/vcenter/certificate_management-vcenter',
  put: 'https://developer.broadcom.com/xapis/vsphere-automation-api/8.0.3/vcenter/api/vcenter/certificate-management/vcenter/tls/put/',
  session: 'https://developer.broadcom.com/xapis/vsphere-automation-api/latest/cis',
  requirements:
    'https://docs.vmware.com/en/VMware-vSphere/7.0/com.vmware.vsphere.security.doc/GUID-0AE0B563-59D6-45A5-BF46-6FE68607687B.html',
  privileges:
    'https://docs.vmware.com/en/VMware-vSphere/8.0/vsphere-security/GUID-016E056C-B7D4-4D27-83C3-836B11B7404C.html',
  replication:
    'https://docs.vmware.com/en/vSphere-Replication/8.4/com.vmware.vsphere.replication-admin.doc/GUID-80CC61B6-5AD7-4E77-A056-D388AEC16DD4.html',
} as const;
