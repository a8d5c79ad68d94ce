"""Reads a SEG and an RTSTRUCT by pydicom and highdicom, and says what they hold on a CT series, as JSON."""

import json
import sys
from pathlib import Path

import highdicom
import numpy as np
import pydicom

seg_file, struct_file, folder = sys.argv[1:]
slices = sorted(
    (pydicom.dcmread(file) for file in Path(folder).iterdir()),
    key=lambda each: each.ImagePositionPatient[2],
)
uids = [str(each.SOPInstanceUID) for each in slices]

seg = highdicom.seg.segread(seg_file)
volume = {}
for segment in seg.segment_numbers:
    label = seg.get_segment_description(segment).SegmentLabel
    pixels = seg.get_pixels_by_source_instance(
        source_sop_instance_uids=uids, segment_numbers=[segment], assert_missing_frames_are_empty=True
    )
    volume[label] = [int(i) for i in np.flatnonzero(pixels[..., 0])]

struct = pydicom.dcmread(struct_file)
names = {int(roi.ROINumber): str(roi.ROIName) for roi in struct.StructureSetROISequence}
first = slices[0]
origin = np.array(first.ImagePositionPatient, float)
row_mm, column_mm = (float(each) for each in first.PixelSpacing)
rows, columns = int(first.Rows), int(first.Columns)
contoured = {}
for item in struct.ROIContourSequence:
    mask = np.zeros((len(slices), rows, columns), bool)
    for contour in item.ContourSequence:
        points = np.array(contour.ContourData, float).reshape(-1, 3)
        z = uids.index(str(contour.ContourImageSequence[0].ReferencedSOPInstanceUID))
        x, y = (points[:, 0] - origin[0]) / column_mm, (points[:, 1] - origin[1]) / row_mm
        grid_y, grid_x = np.mgrid[:rows, :columns]
        inside = np.zeros((rows, columns), bool)
        for i in range(len(points)):
            j = i - 1
            crosses = (y[i] > grid_y) != (y[j] > grid_y)
            with np.errstate(divide="ignore", invalid="ignore"):
                inside ^= crosses & (grid_x < (x[j] - x[i]) * (grid_y - y[i]) / (y[j] - y[i]) + x[i])
        mask[z] ^= inside
    contoured[names[int(item.ReferencedROINumber)]] = [int(i) for i in np.flatnonzero(mask)]

print(
    json.dumps(
        {
            "seg": volume,
            "struct": contoured,
            "references": len(seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence),
            "frame": [str(seg.FrameOfReferenceUID), str(first.FrameOfReferenceUID)],
            "types": [str(each.SegmentedPropertyTypeCodeSequence[0].CodeMeaning) for each in seg.SegmentSequence],
        }
    )
)
